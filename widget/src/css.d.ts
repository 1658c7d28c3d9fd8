// A style sheet is imported as its minified text; scripts/build.mjs does it.
declare module '*.css' {
  const text: string;
  export default text;
}
