// An esbuild plugin: `import text from './x.css'` gives the style sheet's minified text.

import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';

export const cssAsText = {
  name: 'css-as-text',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true, charset: 'ascii' });
      // esbuild leaves the spaces of custom properties and of what falls back; none of our sheets has them in a string.
      return {
        contents: code
          .trim()
          .replace(/(--[\w-]+): /g, '$1:')
          .replaceAll(', ', ','),
        loader: 'text',
      };
    });
  },
};
