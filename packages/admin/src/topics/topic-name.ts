/** Which names a topic can have. Checked here, since the controller lets the empty one pass. */
import { adminError } from '../errors.ts';

const LONGEST = 63;

/** Why a topic cannot have this name; undefined when it can. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  const wrong = /[^a-z0-9-]/u.exec(name)?.[0];
  if (wrong !== undefined) return `it contains ${JSON.stringify(wrong)}, and only a-z, 0-9 and - are allowed`;
  if (name.startsWith('-')) return 'it begins with -';
  if (name.endsWith('-')) return 'it ends with -';
  if (name.length > LONGEST) return `it has ${name.length} characters, and ${LONGEST} are allowed`;
  return undefined;
}

/** @throws `topic/invalid-name` */
export function checkTopicName(name: string): void {
  const reason = topicNameProblem(name);
  if (reason !== undefined) throw adminError('topic/invalid-name', { topic: name, reason });
}
