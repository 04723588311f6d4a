/** The program of a thread: runs one chain at a time. */
import { parentPort } from 'node:worker_threads';
import { isFluvioError, RecordBlock } from '@fluvio-ts/protocol';
import { type LocalChain, startCompiled } from '../chain.ts';
import type { SmartModuleError } from '../errors.ts';
import type { Answer, BlockMessage, Task } from './messages.ts';
import { packError } from './messages.ts';

let chain: LocalChain | undefined;

parentPort?.on('message', (task: Task) => {
  // What is not an error of this package is a fault of it: it ends the thread, and the host tells why.
  void run(task).catch((error: unknown) => {
    if (!isFluvioError(error) || !error.code.startsWith('smartmodule/')) throw error;
    answer({ kind: 'failed', error: packError(error as SmartModuleError) });
  });
});

async function run(task: Task): Promise<void> {
  switch (task.kind) {
    case 'start':
      chain = await startCompiled(task.starts, task.version);
      return answer({ kind: 'started', modules: chain.modules });
    case 'process': {
      const { records, error } = running().process(unpack(task.block));
      const { payload, origin } = records;
      const block = { payload, ...origin };
      const refused = error === undefined ? undefined : packError(error);
      // Nothing here keeps the output, so it is given away; the record in an error may be a view of it, and stays one.
      return answer({ kind: 'processed', block, error: refused }, [payload.buffer as ArrayBuffer]);
    }
    case 'look-back':
      running().lookBackAt(task.position, unpack(task.block));
      return answer({ kind: 'done' });
    case 'end':
      await chain?.close();
      chain = undefined;
      return answer({ kind: 'done' });
  }
}

function running(): LocalChain {
  if (chain === undefined) throw new Error('no chain was started in this thread');
  return chain;
}

function unpack({ payload, ...origin }: BlockMessage): RecordBlock {
  return new RecordBlock(payload, origin);
}

function answer(message: Answer, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
