// An esbuild plugin: `import text from './x.css'` gives the style sheet's minified text.

import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

/** The minified text of the style sheet at `path`. */
export const sheet = async (path) => {
  const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true, charset: 'ascii' });
  // esbuild leaves the spaces of custom properties and of what falls back; none of our sheets has them in a string.
  return code
    .trim()
    .replace(/(--[\w-]+): /g, '$1:')
    .replaceAll(', ', ',');
};

export const cssAsText = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await sheet(path), loader: 'text' }));
  },
};
