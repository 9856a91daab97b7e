import { MASTER_KEY, type TestCluster } from "./cluster.ts";

/** The text of a document as each node that holds it answers it, untouched by any client. */
export async function storedTexts({ config }: TestCluster, uid: string, id: string): Promise<string[]> {
  const authorization = `Bearer ${config.apiKey ?? MASTER_KEY}`;
  const addresses = config.nodes.map((node) => (typeof node === "string" ? node : node.url));
  const answers = await Promise.all(
    addresses.map((url) => fetch(`${url}/indexes/${uid}/documents/${id}`, { headers: { authorization } })),
  );
  return Promise.all(answers.filter(({ status }) => status === 200).map((answer) => answer.text()));
}
