import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { readFileSync } from 'node:fs';

const { version, desktopName } = JSON.parse(
  readFileSync(new URL('./package.json', import.meta.url), 'utf8'),
) as { version: string; desktopName: string };
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const outside = [/^node:/, ...builtinModules, 'electron', /\.node$/, 'cpu-features'];
const define = {
  __BENCHTRAY_VERSION__: JSON.stringify(version),
  __BENCHTRAY_APP_ID__: JSON.stringify(desktopName.replace(/\.desktop$/, '')),
};

/** Keeps the other fifty languages of zod's messages out: a library imports zod as a whole. */
const englishZod: Plugin = {
  name: 'english-zod',
  load: (id) => (id.endsWith('/zod/v4/locales/index.js') ? "export { default as en } from './en.js';" : null),
};

/** Puts the codecs of the report's thumbnails beside the program: they are WebAssembly, which no bundler takes in. */
const codecs: Plugin = {
  name: 'codecs',
  generateBundle() {
    if (this.environment.name !== 'main') return;
    for (const file of [
      'jpeg/codec/dec/mozjpeg_dec.wasm',
      'jpeg/codec/enc/mozjpeg_enc.wasm',
      'png/codec/pkg/squoosh_png_bg.wasm',
    ])
      this.emitFile({
        type: 'asset',
        fileName: file.replace(/^.*\//, ''),
        source: readFileSync(at(`node_modules/@jsquash/${file}`)),
      });
  },
};

/**
 * Three environments, built together by `vite build --app`:
 * the page (client), the process that watches and serves (main), and the bridge between them (preload).
 */
export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [svelte({ configFile: false }), englishZod, codecs],
  define,
  // The default environments of Vite include one for server rendering, which this app has no use for.
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'main', 'preload']) {
        const environment = builder.environments[name];
        if (environment === undefined) throw new Error(`vite.config.ts has no environment "${name}"`);
        await builder.build(environment);
      }
    },
  },
  environments: {
    client: {
      build: {
        outDir: '../../out/renderer',
        emptyOutDir: true,
        target: 'chrome150',
        modulePreload: { polyfill: false },
      },
    },
    main: {
      consumer: 'server',
      // ssh2 reads __dirname, which an ES module does not have.
      define: { ...define, __dirname: 'import.meta.dirname' },
      resolve: { noExternal: true, external: ['electron'] },
      build: {
        ssr: true,
        outDir: '../../out/main',
        emptyOutDir: true,
        target: 'node24',
        minify: false,
        // The code is not minified: stack traces lead to the functions, and maps would carry the sources of every dependency.
        sourcemap: false,
        rolldownOptions: {
          // The tests of server, stream and command line run these files, so that they test what ships.
          input: {
            cli: at('src/main/cli/index.ts'),
            index: at('src/main/desktop/index.ts'),
            rooms: at('src/main/engine/rooms.ts'),
            'thumbnail-worker': at('src/main/engine/report/thumbnails/worker.ts'),
          },
          external: outside,
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
    },
    preload: {
      consumer: 'client',
      build: {
        outDir: '../../out/preload',
        emptyOutDir: true,
        target: 'chrome150',
        rolldownOptions: {
          input: at('src/preload/index.ts'),
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: 'index.cjs' },
        },
      },
    },
  },
});
