/** The page's own styles: what is cut off or hidden by them counts in these tests too. */
import '../../../src/renderer/styles/tokens.css';
import '../../../src/renderer/styles/base.css';
import '../../../src/renderer/styles/fact-list.css';
import '../../../src/renderer/styles/link-table.css';
import '../../../src/renderer/styles/task-table.css';
