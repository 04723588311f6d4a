/** Every API of the SC's public port, and List and Watch for one kind of objects. */
import { protocolError } from '../../errors.ts';
import type { Type } from '../../wire/schema.ts';
import { mapped } from '../../wire/schema.ts';
import type { Api } from '../api.ts';
import { ScApiVersions } from '../api-versions.ts';
import { Auth } from './auth.ts';
import { CreateRequest } from './create.ts';
import { DeleteRequest } from './delete.ts';
import type { ListLabel, ListQuery } from './list.ts';
import { ListRequest, ListResponse } from './list.ts';
import { MirroringRequest, MirroringStatusResponse } from './mirroring.ts';
import type { ObjectOf } from './objects.ts';
import { Status } from './status.ts';
import { UpdateRequest } from './update.ts';
import type { MetadataUpdate, WatchLabel, WatchQuery } from './watch.ts';
import { WatchRequest, WatchResponse } from './watch.ts';

/**
 * The schemas read and write older versions too; they are not negotiated, because no supported server needs them (the
 * official SC lists Create from 9, Delete and Update from 1, List and Watch from 15 on).
 */
const OLDEST = 11;
const NEWEST = 19;

/** Creates an object. It may take 90 s: give the call a longer deadline. */
export const Create: Api<CreateRequest, Status> = {
  name: 'Create',
  server: 'sc',
  key: 1001,
  min: OLDEST,
  max: NEWEST,
  request: CreateRequest,
  response: Status,
};

/** Deletes an object. */
export const Delete: Api<DeleteRequest, Status> = {
  name: 'Delete',
  server: 'sc',
  key: 1002,
  min: OLDEST,
  max: NEWEST,
  request: DeleteRequest,
  response: Status,
};

/** Lists objects of any kind; {@link listOf} is for one kind that is known beforehand. */
export const List: Api<ListRequest, ListResponse> = {
  name: 'List',
  server: 'sc',
  key: 1003,
  min: OLDEST,
  max: NEWEST,
  request: ListRequest,
  response: ListResponse,
};

/** Watches objects of any kind: a stream of answers; {@link watchOf} is for one kind that is known beforehand. */
export const Watch: Api<WatchRequest, WatchResponse> = {
  name: 'Watch',
  server: 'sc',
  key: 1004,
  min: OLDEST,
  max: NEWEST,
  request: WatchRequest,
  response: WatchResponse,
};

/** Asks a home cluster for the topics that it mirrors: a stream of answers. */
export const Mirroring: Api<MirroringRequest, MirroringStatusResponse> = {
  name: 'Mirroring',
  server: 'sc',
  key: 1005,
  min: 14,
  max: NEWEST,
  request: MirroringRequest,
  response: MirroringStatusResponse,
};

/** Changes an object. */
export const Update: Api<UpdateRequest, Status> = {
  name: 'Update',
  server: 'sc',
  key: 1006,
  min: OLDEST,
  max: NEWEST,
  request: UpdateRequest,
  response: Status,
};

/** By name, as tools and tests walk them. */
export const scApis = { ApiVersions: ScApiVersions, Create, Delete, List, Watch, Mirroring, Update, Auth } as const;

/** `of` with the label taken for granted: added when written, checked and taken off when read. */
const about = <Body>(label: string, of: Type<never> | Type<unknown>): Type<Body> =>
  mapped(
    of as Type<{ readonly label: string; readonly body: Body }>,
    (value) => {
      if (value.label === label) return value.body;
      throw protocolError('wire/invalid', { what: `'${value.label}' where '${label}' was asked for`, at: 0 });
    },
    (body) => ({ label, body }),
  );

const list = <L extends ListLabel>(label: L): Api<ListQuery, readonly ObjectOf<L>[]> => ({
  ...List,
  request: about(label, ListRequest),
  response: about(label, ListResponse),
});

/** List for one kind: `session.call(listOf.Topic, query)` answers topics. */
export const listOf: { readonly [L in ListLabel]: Api<ListQuery, readonly ObjectOf<L>[]> } = {
  Topic: list('Topic'),
  Partition: list('Partition'),
  SPU: list('SPU'),
  CustomSpu: list('CustomSpu'),
  SpuGroup: list('SpuGroup'),
  SmartModule: list('SmartModule'),
  TableFormat: list('TableFormat'),
  Mirror: list('Mirror'),
};

const watch = <L extends WatchLabel>(label: L): Api<WatchQuery, MetadataUpdate<ObjectOf<L>>> => ({
  ...Watch,
  request: about(label, WatchRequest),
  response: about(label, WatchResponse),
});

/** Watch for one kind: `session.open(watchOf.SPU, query)` streams SPUs. */
export const watchOf: { readonly [L in WatchLabel]: Api<WatchQuery, MetadataUpdate<ObjectOf<L>>> } = {
  Topic: watch('Topic'),
  Partition: watch('Partition'),
  SPU: watch('SPU'),
  SpuGroup: watch('SpuGroup'),
  SmartModule: watch('SmartModule'),
  TableFormat: watch('TableFormat'),
};
