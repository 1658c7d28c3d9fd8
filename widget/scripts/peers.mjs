// What others' ways to show a card in a corner weigh, bundled and compressed as ours is; for `make size`.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const widget = fileURLToPath(new URL('..', import.meta.url));

// Each is the least that shows one toast: the library, its styles, and what it can not run without.
const PEERS = {
  notyf: `import { Notyf } from 'notyf'; import 'notyf/notyf.min.css'; new Notyf().success('x');`,
  'toastify-js': `import Toastify from 'toastify-js'; import 'toastify-js/src/toastify.css'; Toastify({ text: 'x' }).showToast();`,
  'sonner, with react-dom': `import { createElement } from 'react'; import { createRoot } from 'react-dom/client';
    import { Toaster, toast } from 'sonner'; createRoot(document.body).render(createElement(Toaster)); toast('x');`,
};

/** [name, bytes after `compress`] of each peer; `compress` takes the text of a bundle, scripts and styles together. */
export async function peers(compress) {
  const weighed = [];
  for (const [name, contents] of Object.entries(PEERS)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: widget },
      bundle: true,
      write: false,
      outdir: '.',
      format: 'iife',
      minify: true,
      legalComments: 'none',
      logLevel: 'error',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    weighed.push([name, compress(outputFiles.map(({ text }) => text).join(''))]);
  }
  return weighed;
}
