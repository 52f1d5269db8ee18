// A GraphQL client of a few lines: what any program can do with fetch.

// How long any request may take, in milliseconds.
const TIMEOUT_MS = 30_000;

/** Sends one operation, and returns the HTTP status and the answer as it came. */
export async function post(url, token, query, variables = {}, headers = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, ...(await response.json()) };
}

/** Sends one operation that must succeed, and returns its data. */
export async function ask(url, token, query, variables, headers) {
  const answer = await post(url, token, query, variables, headers);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}
