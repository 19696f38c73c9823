import { z } from 'zod';
import type { ErrorCode } from '../../../sdk/src/message.ts';
import { STATUS } from '../errors.ts';
import { VERSION } from '../version.ts';
import { MANAGEMENT } from './management.ts';
import type { Operation } from './operation.ts';
import { errorAnswer, WIRE } from './wire.ts';

type JsonSchema = Record<string, unknown>;

const OPERATIONS: readonly Operation[] = [...WIRE, ...MANAGEMENT];

/** What each route of this access may answer besides. */
const COMMON_ERRORS: Record<Operation['access'], readonly ErrorCode[]> = {
  admin: ['unauthorized', 'internal'],
  'write-key': ['bad_request', 'unauthorized', 'forbidden_origin', 'unavailable'],
  anybody: ['internal'],
};
const SECURITY: Record<Operation['access'], object[]> = {
  admin: [{ adminToken: [] }],
  'write-key': [{}, { writeKey: [] }],
  anybody: [],
};
const WORDS: Record<ErrorCode, string> = {
  bad_request: 'The request cannot be understood',
  unauthorized: 'The token or key is missing or wrong',
  forbidden_origin: 'The page is none of those that may use this browser key',
  not_found: 'There is no such thing',
  conflict: 'It contradicts what is there',
  gone: 'There was such a thing, and it is no longer there',
  too_large: 'Too much at once',
  invalid: 'It must not be published as it is',
  rate_limited: 'Too often; see Retry-After',
  internal: 'Something failed here',
  unavailable: 'It cannot be done now; see Retry-After',
};
const PARAMETERS: Record<string, string> = {
  site: "The site's id",
  ref: '`anonymous:<id>`, `user:<id>` or `email:<address>`',
  key: 'A write key',
  pool: "The pool's id",
  code: 'A code of the pool',
  id: 'An id',
  file: 'The name of the file',
  name: 'The name of the secret',
  token: 'Of a link that was sent to somebody',
};

interface Document {
  openapi: string;
  info: { title: string; version: string };
  /** By path, then by method. */
  paths: Record<string, JsonSchema>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema };
}

let made: Document | null = null;

/** Every route of the collector as OpenAPI 3.1; made from the schemas that check the requests, once. */
export function openapi(): Document {
  made ??= make();
  return made;
}

function make(): Document {
  const components = new Components();
  const paths: Document['paths'] = {};
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: operationJson(operation, path, components) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Beckon', version: VERSION },
    paths,
    components: {
      schemas: components.all(),
      securitySchemes: {
        adminToken: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
        writeKey: {
          type: 'http',
          scheme: 'basic',
          description: "A site's write key as user name; or writeKey in the body",
        },
      },
    },
  };
}

function operationJson(operation: Operation, path: string, components: Components): JsonSchema {
  const {
    id,
    summary,
    tag,
    access,
    query,
    body,
    bodyTexts = {},
    bodyFiles,
    ifMatch,
    answer,
    status = 200,
  } = operation;
  const texts = Object.entries(bodyTexts).map(([type, description]) => [
    type,
    { schema: { type: 'string', description } },
  ]);
  const json = (schema: z.ZodType, name: string) => ({
    'application/json': { schema: components.refer(schema, 'output', name) },
  });
  const name = id.charAt(0).toUpperCase() + id.slice(1);
  return {
    operationId: id,
    summary,
    tags: [tag],
    security: SECURITY[access],
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
        name: parameter,
        in: 'path',
        required: true,
        description: PARAMETERS[parameter],
        schema: { type: 'string' },
      })),
      ...(query ? queryParameters(components.refer(query, 'input', `${name}Query`)) : []),
      ...(ifMatch
        ? [
            {
              name: 'If-Match',
              in: 'header',
              description: 'The ETag of the draft that was seen; without it whatever is there is replaced',
              schema: { type: 'string' },
            },
          ]
        : []),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: components.refer(body, 'input', `${name}Request`) },
          ...Object.fromEntries(texts),
        },
      },
    }),
    ...(bodyFiles && {
      requestBody: {
        required: true,
        // Bytes have no schema: OpenAPI 3.1, Considerations for File Uploads.
        content: Object.fromEntries(bodyFiles.map((type) => [type, {}])),
      },
    }),
    responses: {
      [status]: {
        description: summary,
        content:
          'mediaType' in answer
            ? {
                [answer.mediaType]: answer.mediaType.startsWith('text/')
                  ? { schema: { type: 'string' } }
                  : {},
              }
            : json(answer, `${name}Answer`),
      },
      ...Object.fromEntries(
        errorsOf(operation).map((code) => [
          STATUS[code],
          { description: `${WORDS[code]} (\`${code}\`)`, content: json(errorAnswer, 'Error') },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(operation.others ?? {}).map(([other, { description, schema }]) => [
          other,
          { description, ...(schema && { content: json(schema, `${name}${other}`) }) },
        ]),
      ),
    },
  };
}

function errorsOf({ access, errors = [], query, body, path }: Operation): ErrorCode[] {
  const mayBeWrong = access === 'admin' && (query || body || path.includes(':ref'));
  return [...new Set([...COMMON_ERRORS[access], ...(mayBeWrong ? ['bad_request' as const] : []), ...errors])];
}

function queryParameters({ properties = {}, required = [] }: JsonSchema): object[] {
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, schema]) => ({
    name,
    in: 'query',
    // What has a default may be left out.
    required: (required as string[]).includes(name) && !('default' in schema),
    schema,
  }));
}

/** Schemas that have a name are described once, and referred to. */
class Components {
  readonly #schemas = new Map<string, JsonSchema>();

  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to the schema by its id, or the schema itself where it has none. */
  refer(schema: z.ZodType, io: 'input' | 'output', name: string): JsonSchema {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    const definitions = Object.entries($defs as Record<string, JsonSchema>);
    const names = new Map(
      definitions.map(([key, definition]) => [`#/$defs/${key}`, nameFor(key, definition, name)]),
    );
    for (const [key, definition] of definitions) {
      this.#add(names.get(`#/$defs/${key}`) ?? key, renamed(definition, names));
    }
    return renamed(root, names);
  }

  #add(name: string, schema: JsonSchema): void {
    const known = this.#schemas.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`Two schemas are called ${name}.`);
    }
    this.#schemas.set(name, schema);
  }
}

/** Schemas get names of their own where they refer to themselves; that of any JSON is the same everywhere. */
function nameFor(key: string, definition: JsonSchema, of: string): string {
  if (!key.startsWith('__schema')) return key;
  const isJson = JSON.stringify(definition).replaceAll(`#/$defs/${key}`, '#') === ANY_JSON;
  return isJson ? 'Json' : `${of}${key.slice('__schema'.length)}`;
}

const { $schema: _, ...anyJson } = z.toJSONSchema(z.json());
const ANY_JSON = JSON.stringify(anyJson);

function renamed<T>(schema: T, names: ReadonlyMap<string, string>): T {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$ref' && typeof value === 'string' && names.has(value)
      ? `#/components/schemas/${names.get(value)}`
      : value,
  );
}
