/** `flv version` and `flv completions` */
import { command, type Input, required, text, valueOr } from './command.ts';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

const completionsArgs = { shell: required('bash, zsh, fish or powershell', { choices: SHELLS }) } as const;
const completionsOptions = { name: valueOr('--name <command>', 'name of the command', text, 'flv') } as const;
export type Completions = Input<typeof completionsArgs, typeof completionsOptions>;

export const version = command({
  name: 'version',
  summary: 'print the versions of this program and of the cluster',
  examples: [['flv version --json', 'for scripts']],
  args: {},
  options: {},
  load: () => import('../commands/version.ts'),
});

export const completions = command({
  name: 'completions',
  summary: 'print a script that completes commands, options and names in a shell',
  examples: [
    ['source <(flv completions bash)', 'in ~/.bashrc'],
    ['source <(flv completions zsh)', 'in ~/.zshrc, behind compinit'],
    ['flv completions fish | source', 'in ~/.config/fish/config.fish'],
    ['flv completions powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
  ],
  args: completionsArgs,
  options: completionsOptions,
  local: true,
  load: () => import('../commands/completions.ts'),
});
