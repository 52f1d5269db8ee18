// Speaks gRPC, gRPC-Web, GraphQL and graphql-transport-ws to a running server, as any outside
// program would. Usage: node check.mjs URL OPERATOR_TOKEN WEFT_BINARY DATA_FOLDER REPOSITORY
//
// The binary and the server's folder of data are for making tokens of persons; of the repository,
// the proto files and schema.graphql are read. The tests build on what those before them recorded.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { ask, post } from './graphql.mjs';

const [url, operator, weft, folder, repository] = process.argv.slice(2);

// gRPC's numbers of its codes.
const { DEADLINE_EXCEEDED, FAILED_PRECONDITION, INVALID_ARGUMENT, UNAUTHENTICATED } = grpc.status;
const BYTES_OF_FRAME_HEAD = 5;
const FLAG_OF_TRAILERS = 0x80;
// How long anything may take that is waited for, in milliseconds.
const WAIT_MS = 15_000;

const definition = protoLoader.loadSync(
  [
    'weft/membership/v1/network_service.proto',
    'weft/membership/v1/person_service.proto',
    'weft/membership/v1/membership_service.proto',
    'weft/history/v1/history_service.proto',
  ],
  { includeDirs: [`${repository}/proto`], longs: String, enums: String, defaults: true, keepCase: true },
);
const { weft: services } = grpc.loadPackageDefinition(definition);
const address = url.replace('http://', '');
const insecure = grpc.credentials.createInsecure();
const networks = new services.membership.v1.NetworkService(address, insecure);
const persons = new services.membership.v1.PersonService(address, insecure);
const members = new services.membership.v1.MembershipService(address, insecure);
const history = new services.history.v1.HistoryService(address, insecure);

// What the tests before have recorded.
const made = {};

after(() => {
  for (const client of [networks, persons, members, history]) client.close();
});

const command = () => ({ command_id: randomUUID() });

function metadata(token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

/** Calls a unary method over gRPC; rejects with the error that has code and metadata. */
function call(client, method, token, request) {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + WAIT_MS };
    client[method](request, metadata(token), options, (error, answer) =>
      error ? reject(error) : resolve(answer),
    );
  });
}

async function refused(promise) {
  return promise.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
    (error) => error,
  );
}

/** The UUID in an id of GraphQL: what gRPC and the command line call the same thing. */
function uuidOf(id) {
  return Buffer.from(id, 'base64url').toString().split(':')[1];
}

function tokenOf(id) {
  const given = ['token', '--data', folder, '--person', uuidOf(id)];
  return execFileSync(weft, given, { encoding: 'utf8', timeout: WAIT_MS }).trim();
}

/** Checks that an answer is a refusal with these extensions, and returns it. */
function assertRefused(answer, code, reason) {
  assert.ok(answer.errors?.length, JSON.stringify(answer));
  const { extensions } = answer.errors[0];
  assert.equal(extensions?.code, code, JSON.stringify(answer.errors));
  assert.equal(extensions.domain, 'weft');
  assert.match(extensions.reason, /^[A-Z][A-Z0-9_]{2,62}$/);
  if (reason) assert.equal(extensions.reason, reason);
  return answer;
}

// gRPC

test('a person is registered over gRPC, and the same command gets the same answer', async () => {
  const request = { command: command(), name: 'Grpc', name_visibility: 'FIELD_VISIBILITY_PUBLIC' };
  const first = await call(persons, 'RegisterPerson', operator, request);
  const again = await call(persons, 'RegisterPerson', operator, request);
  assert.equal(again.person_id, first.person_id);
  assert.equal(first.receipt.recalled, false);
  assert.equal(again.receipt.recalled, true);
  const { person } = await call(persons, 'GetPerson', operator, {
    person_id: first.person_id,
    min_position: first.receipt.position,
  });
  assert.equal(person.profile[0].value, 'Grpc');
});

test('gRPC refusals have a code and details', async () => {
  const malformed = await refused(call(networks, 'GetNetwork', operator, { network_id: 'no' }));
  assert.equal(malformed.code, INVALID_ARGUMENT);
  const [details] = malformed.metadata.get('grpc-status-details-bin');
  for (const part of ['google.rpc.ErrorInfo', 'google.rpc.BadRequest', 'weft', 'network_id']) {
    assert.ok(details.includes(part), `${part} is not in the details`);
  }
  const stranger = await refused(call(networks, 'ListNetworks', undefined, {}));
  assert.equal(stranger.code, UNAUTHENTICATED);
});

/** Calls a method with a deadline that only the server knows of; returns status and milliseconds. */
function callWithDeadline(method, message, timeout) {
  return new Promise((resolve, reject) => {
    const session = connect(url);
    const started = Date.now();
    const finish = (settle, value) => {
      clearTimeout(guard);
      session.destroy();
      settle(value);
    };
    const guard = setTimeout(() => finish(reject, new Error('the deadline did not hold')), WAIT_MS);
    session.on('error', (error) => finish(reject, error));
    const request = session.request({
      ':method': 'POST',
      ':path': method,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${operator}`,
      'grpc-timeout': timeout,
    });
    const ended = (headers) => {
      const status = headers['grpc-status'];
      const details = headers['grpc-status-details-bin'];
      if (status) finish(resolve, { status: Number(status), details, ms: Date.now() - started });
    };
    request.on('response', ended);
    request.on('trailers', ended);
    request.on('error', (error) => finish(reject, error));
    request.resume();
    request.end(framed(message));
  });
}

function framed(message) {
  const head = Buffer.alloc(BYTES_OF_FRAME_HEAD);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

test('the server keeps the deadline of a call', async () => {
  const { GetNetwork } = definition['weft.membership.v1.NetworkService'];
  // Waits for a position that the log does not reach.
  const request = { name: 'none', min_position: '1000000000' };
  const late = await callWithDeadline(GetNetwork.path, GetNetwork.requestSerialize(request), '300m');
  assertExceeded(late);
});

test('the server keeps the deadline of a stream', async () => {
  const answer = await ask(url, operator, FOUND, await foundInput('Deadline'));
  const network_id = uuidOf(answer.foundNetwork.network.id);
  const { StreamNetworkEvents } = definition['weft.history.v1.HistoryService'];
  const message = StreamNetworkEvents.requestSerialize({ network_id, follow: true });
  assertExceeded(await callWithDeadline(StreamNetworkEvents.path, message, '300m'));
});

function assertExceeded({ status, details, ms }) {
  assert.equal(status, DEADLINE_EXCEEDED);
  assert.ok(ms >= 250 && ms < 4_000, `${ms} ms`);
  assert.ok(details, 'no details say who refuses');
  assert.ok(Buffer.from(details, 'base64').includes('weft'));
}

// gRPC-Web

/** Sends one message by gRPC-Web over HTTP/1.1; returns the messages and the trailers. */
async function overWeb(method, token, request) {
  const response = await fetch(url + method.path, {
    method: 'POST',
    headers: {
      'content-type': 'application/grpc-web+proto',
      'x-grpc-web': '1',
      origin: 'http://elsewhere.test',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: framed(method.requestSerialize(request)),
    signal: AbortSignal.timeout(WAIT_MS),
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^application\/grpc-web\+proto/);
  assert.ok(response.headers.get('access-control-allow-origin'), 'not for pages from elsewhere');
  const exposed = response.headers.get('access-control-expose-headers') ?? '';
  for (const name of ['grpc-status', 'grpc-message', 'grpc-status-details-bin']) {
    assert.ok(exposed.includes(name), `${name} is hidden from pages`);
  }
  // A refusal without a message has its status among the headers.
  const trailers = Object.fromEntries(response.headers);
  const messages = [];
  let rest = Buffer.from(await response.arrayBuffer());
  while (rest.length > 0) {
    const end = BYTES_OF_FRAME_HEAD + rest.readUInt32BE(1);
    const content = rest.subarray(BYTES_OF_FRAME_HEAD, end);
    if (rest[0] & FLAG_OF_TRAILERS) {
      for (const line of content.toString().split('\r\n').filter(Boolean)) {
        const colon = line.indexOf(':');
        trailers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
    } else {
      messages.push(method.responseDeserialize(content));
    }
    rest = rest.subarray(end);
  }
  return { messages, trailers };
}

test('gRPC-Web answers and refuses over HTTP/1.1', async () => {
  const { RegisterPerson } = definition['weft.membership.v1.PersonService'];
  const request = { command: command(), name: 'Web' };
  const { messages, trailers } = await overWeb(RegisterPerson, operator, request);
  assert.equal(trailers['grpc-status'], '0');
  assert.equal(messages.length, 1);
  assert.match(messages[0].person_id, /^[0-9a-f-]{36}$/);
  const stranger = await overWeb(RegisterPerson, undefined, request);
  assert.equal(stranger.trailers['grpc-status'], String(UNAUTHENTICATED));
  assert.equal(stranger.messages.length, 0);
});

// GraphQL

const REGISTER = `mutation($input: RegisterPersonInput!) {
  registerPerson(input: $input) { position recalled events person { id name } }
}`;
const FOUND = `mutation($input: FoundNetworkInput!) {
  foundNetwork(input: $input) { position recalled events network { id name founders { id } } }
}`;
const PLAN = `mutation($input: PlanGatheringInput!) {
  planGathering(input: $input) { position gathering { id title attendanceCount } }
}`;
const ATTEND = `mutation($input: RecordAttendanceInput!) {
  recordAttendance(input: $input) { position gathering { attendanceCount } }
}`;
const STRUCTURE = `query($id: ID!, $asOf: AsOfInput) {
  network(id: $id) {
    structure(layer: CO_ATTENDANCE, asOf: $asOf) {
      nodes edges density components isolates largestComponentShare averageDegree
      degreeCentralisation transitivity meanLocalClustering averagePathLength diameter position
    }
  }
}`;

async function register(name) {
  const input = { commandId: randomUUID(), name, nameVisibility: 'NETWORK' };
  const { registerPerson } = await ask(url, operator, REGISTER, { input });
  return registerPerson.person.id;
}

async function foundInput(name) {
  const founderIds = [await register('One'), await register('Two')];
  return { input: { commandId: randomUUID(), name: `${name} ${randomUUID()}`, founderIds } };
}

/** The code, and what the answer to introspection says, are the same schema. */
test('introspection gives the committed schema', async () => {
  const data = await ask(url, operator, getIntrospectionQuery({ oneOf: true }));
  const plain = (schema) => printSchema(lexicographicSortSchema(schema)).replace(/"""[^]*?"""/g, '');
  const committed = readFileSync(`${repository}/services/gateway/schema.graphql`, 'utf8');
  assert.equal(plain(buildClientSchema(data)), plain(buildSchema(committed)));
});

test('two founders found a network, and the same command gets the same answer', async () => {
  made.anna = await register('Anna');
  made.ben = await register('Ben');
  made.chloe = await register('Chloe');
  made.annasToken = tokenOf(made.anna);
  made.bensToken = tokenOf(made.ben);
  made.name = `Outside ${randomUUID()}`;
  const input = { commandId: randomUUID(), name: made.name, founderIds: [made.anna, made.ben] };
  const first = await ask(url, made.annasToken, FOUND, { input });
  const again = await ask(url, made.annasToken, FOUND, { input });
  made.network = first.foundNetwork.network.id;
  assert.equal(first.foundNetwork.recalled, false);
  assert.equal(again.foundNetwork.recalled, true);
  assert.equal(again.foundNetwork.network.id, made.network);
  assert.deepEqual(
    first.foundNetwork.network.founders.map(({ id }) => id).sort(),
    [made.anna, made.ben].sort(),
  );
  const joined = await ask(
    url,
    made.bensToken,
    'mutation($input: JoinAsFounderInput!) { joinAsFounder(input: $input) { position } }',
    { input: { commandId: randomUUID(), networkId: made.network } },
  );
  made.position = joined.joinAsFounder.position;
  const other = { ...input, name: `${made.name} again` };
  assertRefused(
    await post(url, made.annasToken, FOUND, { input: other }),
    'ALREADY_EXISTS',
    'COMMAND_ID_REUSED',
  );
});

test('a write is read by the next field and by the next request that names its position', async () => {
  const members = 'members { totalCount nodes { class party { ... on Person { id name } } } }';
  const byName = `query($name: String) { network(name: $name) { id ${members} } }`;
  const read = await ask(url, made.bensToken, byName, { name: made.name }, {
    'weft-min-position': made.position,
  });
  assert.equal(read.network.id, made.network);
  assert.equal(read.network.members.totalCount, 2);
  assert.deepEqual(
    read.network.members.nodes.map(({ party }) => party.name).sort(),
    ['Anna', 'Ben'],
  );
  const startsAt = '2026-03-14T18:00:00Z';
  const plan = { commandId: randomUUID(), networkId: made.network, title: 'Assembly', startsAt };
  const { planGathering } = await ask(url, made.annasToken, PLAN, { input: plan });
  made.gathering = planGathering.gathering.id;
  assert.equal(planGathering.gathering.title, 'Assembly');
  // Two writes and a look at the first gathering in between, all in one request.
  const both = await ask(
    url,
    made.annasToken,
    `mutation($anna: RecordAttendanceInput!, $ben: RecordAttendanceInput!) {
      anna: recordAttendance(input: $anna) { position gathering { attendanceCount } }
      ben: recordAttendance(input: $ben) { position gathering { attendanceCount } }
    }`,
    { anna: attendance(made.anna), ben: attendance(made.ben) },
  );
  assert.equal(both.anna.gathering.attendanceCount, 1);
  assert.equal(both.ben.gathering.attendanceCount, 2);
  made.position = both.ben.position;
});

function attendance(personId) {
  const gatheringId = made.gathering;
  return { commandId: randomUUID(), gatheringId, personId, mode: 'IN_PERSON', source: 'HOST' };
}

test('the structure is read as of any date and as known at any position', async () => {
  const headers = { 'weft-min-position': made.position };
  const read = async (asOf) => {
    const variables = { id: made.network, asOf };
    return (await ask(url, made.annasToken, STRUCTURE, variables, headers)).network.structure;
  };
  const now = await read(undefined);
  assert.deepEqual([now.nodes, now.edges, now.density, now.diameter], [2, 1, 1, 1]);
  assert.ok(BigInt(now.position) >= BigInt(made.position));
  const before = await read({ effective: '2026-03-13' });
  assert.deepEqual([before.nodes, before.edges, before.density], [0, 0, null]);
  const unknown = await read({ knownPosition: String(BigInt(made.position) - 1n) });
  assert.deepEqual([unknown.nodes, unknown.edges], [1, 0]);
});

test('things are read again by their ids', async () => {
  const query = `query($ids: [ID!]!) {
    nodes(ids: $ids) { __typename id ... on Gathering { title network { id } } }
  }`;
  const ids = [made.network, made.anna, made.gathering];
  const { nodes } = await ask(url, made.annasToken, query, { ids });
  assert.deepEqual(nodes.map(({ __typename }) => __typename), ['Network', 'Person', 'Gathering']);
  assert.deepEqual(nodes.map(({ id }) => id), ids);
  assert.equal(nodes[2].network.id, made.network);
});

test('lists are read forwards and backwards', async () => {
  const query = `query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    network(id: $id) {
      members(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { party { ... on Person { name } } }
      }
    }
  }`;
  const page = async (variables) => {
    const data = await ask(url, made.annasToken, query, { id: made.network, ...variables });
    const { nodes, pageInfo, totalCount } = data.network.members;
    assert.equal(totalCount, 2);
    return { names: nodes.map(({ party }) => party.name), ...pageInfo };
  };
  const first = await page({ first: 1 });
  assert.deepEqual([first.names, first.hasNextPage], [['Anna'], true]);
  const second = await page({ first: 1, after: first.endCursor });
  assert.deepEqual([second.names, second.hasNextPage], [['Ben'], false]);
  const last = await page({ last: 1 });
  assert.deepEqual([last.names, last.hasPreviousPage], [['Ben'], true]);
  const back = await page({ last: 1, before: last.startCursor });
  assert.deepEqual([back.names, back.hasPreviousPage], [['Anna'], false]);
  assertRefused(
    await post(url, made.annasToken, query, { id: made.network, first: 1, after: 'nonsense' }),
    'INVALID',
  );
  assertRefused(
    await post(url, made.annasToken, query, { id: made.network, first: 1, after: '' }),
    'INVALID',
  );
});

test('refusals have a code, a reason and a domain', async () => {
  const network = 'query($id: ID!) { network(id: $id) { name } }';
  const id = made.network;
  assertRefused(await post(url, made.annasToken, network, { id: 'nonsense' }), 'INVALID');
  assertRefused(await post(url, made.annasToken, network, { id: made.anna }), 'INVALID');
  assertRefused(await post(url, undefined, network, { id }), 'UNAUTHENTICATED');
  assertRefused(await post(url, 'a.b.c', network, { id }), 'UNAUTHENTICATED');
  assertRefused(await post(url, tokenOf(made.chloe), network, { id }), 'NOT_FOUND');
  assertRefused(await post(url, made.annasToken, '{ nothing }'), 'INVALID');
  assertRefused(await post(url, made.annasToken, '{'), 'INVALID');
  const plan = { commandId: randomUUID(), networkId: id, title: 'X', startsAt: '2026-03-14T18:00:00Z' };
  assertRefused(await post(url, operator, PLAN, { input: plan }), 'FORBIDDEN');
  const input = { ...attendance(made.anna), mode: 'ONLINE' };
  assertRefused(
    await post(url, made.annasToken, ATTEND, { input }),
    'ALREADY_EXISTS',
    'ATTENDANCE_DIFFERS',
  );
  const deep = `{ network(name: "x") ${'{ founders { ...on Person '.repeat(50)}{ id }${'} }'.repeat(50)} }`;
  const refusedDeep = assertRefused(await post(url, made.annasToken, deep), 'INVALID');
  assert.equal(refusedDeep.status, 400);
});

test('a wrong state is refused alike over gRPC and GraphQL', async () => {
  const error = await refused(
    call(members, 'AdmitMember', made.annasToken, {
      command: command(),
      network_id: uuidOf(made.network),
      party: { person_id: uuidOf(made.chloe) },
    }),
  );
  assert.equal(error.code, FAILED_PRECONDITION);
  const admit = 'mutation($input: AdmitMemberInput!) { admitMember(input: $input) { position } }';
  const input = { commandId: randomUUID(), networkId: made.network, partyId: made.chloe };
  const answer = assertRefused(await post(url, made.annasToken, admit, { input }), 'PRECONDITION');
  const [details] = error.metadata.get('grpc-status-details-bin');
  assert.ok(details.includes(answer.errors[0].extensions.reason), 'the reasons differ');
});

test('a body of 20 MB is refused, and the server goes on', async () => {
  const answer = await post(url, made.annasToken, `{ __typename } #${'x'.repeat(20_000_000)}`);
  assert.equal(answer.status, 413);
  assertRefused(answer, 'INVALID', 'BODY_TOO_LARGE');
  assert.equal((await ask(url, made.annasToken, '{ __typename }')).__typename, 'Query');
});

// graphql-transport-ws

const EVENTS = `subscription($networkId: ID!, $afterPosition: Position) {
  networkEvents(networkId: $networkId, afterPosition: $afterPosition) { position type recordedAt }
}`;

function socket(token) {
  return createClient({
    url: `${url.replace('http:', 'ws:')}/graphql/ws`,
    webSocketImpl: WebSocket,
    connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    retryAttempts: 0,
  });
}

/** Takes the events after a position until one of them is the last, and then hangs up. */
async function follow(token, afterPosition, isLast) {
  const client = socket(token);
  const late = setTimeout(() => client.terminate(), WAIT_MS);
  const events = [];
  try {
    const variables = { networkId: made.network, afterPosition };
    for await (const result of client.iterate({ query: EVENTS, variables })) {
      if (result.errors) throw new Error(JSON.stringify(result.errors));
      events.push(result.data.networkEvents);
      if (isLast(result.data.networkEvents)) return events;
    }
  } finally {
    clearTimeout(late);
    await client.dispose();
  }
  return assert.fail(`the subscription ended early: ${JSON.stringify(events)}`);
}

test('a subscription resumes at any position and goes live, without gap or repeat', async () => {
  const isHead = ({ position }) => position === made.position;
  const all = await follow(made.annasToken, undefined, isHead);
  const positions = all.map(({ position }) => BigInt(position));
  assert.equal(all[0].type, 'NetworkFounded');
  assert.deepEqual(positions, [...new Set(positions)].sort((a, b) => (a < b ? -1 : 1)));
  for (const [index, { position }] of all.slice(0, -1).entries()) {
    assert.deepEqual(await follow(made.annasToken, position, isHead), all.slice(index + 1));
  }
  // One more is recorded while somebody listens.
  const live = follow(made.annasToken, all.at(-2).position, ({ position }) => position !== made.position);
  const input = attendance(made.chloe);
  const { recordAttendance } = await ask(url, made.annasToken, ATTEND, { input });
  assert.deepEqual(
    (await live).map(({ position, type }) => [position, type]),
    [
      [made.position, 'AttendanceRecorded'],
      [recordAttendance.position, 'AttendanceRecorded'],
    ],
  );
});

test('a subscription of a stranger is refused with the code of the one table', async () => {
  for (const [token, code] of [
    [undefined, 'UNAUTHENTICATED'],
    [tokenOf(made.chloe), 'NOT_FOUND'],
  ]) {
    const client = socket(token);
    const variables = { networkId: made.network };
    let errors;
    try {
      for await (const result of client.iterate({ query: EVENTS, variables })) {
        errors = result.errors;
        break;
      }
    } catch (refusal) {
      errors = refusal;
    } finally {
      await client.dispose();
    }
    assertRefused({ errors }, code);
  }
});
