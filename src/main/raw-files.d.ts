/** Text files that the bundler takes in as strings. */
declare module '*.sh?raw' {
  const text: string;
  export default text;
}
