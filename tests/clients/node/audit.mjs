// Audits GraphQL over HTTP with the list that the npm package graphql-http keeps of the
// specification. Usage: node audit.mjs URL

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);

test('every audit of GraphQL over HTTP passes', async () => {
  const results = await auditServer({ url: `${url}/graphql`, fetchFn: fetch });
  const missed = results.filter((result) => result.status !== 'ok');
  for (const { status, id, name, reason } of missed) console.log(status, id, name, '|', reason);
  console.log(`${results.length - missed.length} of ${results.length} audits ok`);
  assert.equal(results.length, 61, 'the list of audits is another one');
  assert.equal(missed.length, 0);
});
