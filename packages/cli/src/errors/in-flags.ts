/** Names of the library's options in the text of an error, as the flags of this command line. */

const FLAGS: readonly (readonly [RegExp, string])[] = [
  [/`tls\.ca`/g, '--ca-cert'],
  [/`tls\.domain`/g, '--domain'],
  [/`tls\.cert`/g, '--client-cert'],
  [/`tls\.key`/g, '--client-key'],
  [/raise maxRequestBytes/g, 'raise --max-request-size'],
  [/raise maxBatchBytes/g, 'raise --maxbytes'],
  [/pass onSmartModuleFailure: 'skip'/g, 'give --skip-failures'],
  [/turn TLS on for this cluster/g, 'give --tls'],
  [/connect without TLS/g, 'leave --tls out'],
];

/** The same text, in the words of who types commands. */
export const inFlags = (text: string): string =>
  FLAGS.reduce((said, [option, flag]) => said.replace(option, flag), text);
