/** What the native client is asked to do, and what it answers. Bytes travel as base64. */

/** One job for one process. */
export type NativeJob = {
  /** Undefined: what the profile of its environment says. */
  readonly endpoint?: string;
} & (
  | { readonly do: 'list' }
  | { readonly do: 'create'; readonly topic: string; readonly partitions: number }
  | { readonly do: 'delete'; readonly topic: string }
  | {
      readonly do: 'produce' | 'produce all';
      readonly topic: string;
      /** Key and value. */
      readonly records: readonly (readonly [string, string])[];
    }
  | {
      readonly do: 'consume';
      readonly topic: string;
      readonly partition: number;
      readonly from: 'beginning' | 'end';
      readonly count: number;
      readonly smartModule?: NativeSmartModule;
    }
);

/** A SmartModule that the SPU runs: one that is stored, or the base64 of the gzip of one. */
export interface NativeSmartModule {
  readonly smartmoduleType: 'filter' | 'map';
  readonly smartmoduleName?: string;
  readonly smartmoduleData?: string;
}

/** A record as the native client read it. */
export interface NativeRecord {
  readonly key: string | null;
  readonly value: string;
}

/** What a job answers. */
export interface NativeResult {
  readonly topics?: readonly { readonly name: string; readonly spec: { readonly replicas: unknown } }[];
  readonly records?: readonly NativeRecord[];
}
