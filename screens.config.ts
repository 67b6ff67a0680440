/** `npm run screens`. Not part of `npm test`: takes pictures, and checks each by axe. */
import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

export default defineConfig({ ...tests, testMatch: 'screens.ts', outputDir: 'test-results/screens-run' });
