import { configJsonSchema } from './schema.ts';

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Of a group whose keys the user names. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The keys that the schema knows in the group at `path`, in the order of the schema; none where there is no such group. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const start: SchemaNode = configJsonSchema();
  const ends = path.reduce<readonly SchemaNode[]>(
    (nodes, part) =>
      nodes.flatMap(forms).flatMap((node) => {
        const next =
          typeof part === 'number'
            ? node.items
            : (node.properties?.[String(part)] ?? node.additionalProperties);
        return typeof next === 'object' ? [next] : [];
      }),
    [start],
  );
  return ends.flatMap(forms).flatMap((node) => Object.keys(node.properties ?? {}));
}

/** A value that may be null or have several forms stands as `anyOf`. */
const forms = (node: SchemaNode): readonly SchemaNode[] =>
  node.anyOf === undefined ? [node] : node.anyOf.flatMap(forms);
