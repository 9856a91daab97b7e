import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/** The next text of a file, before it takes the place of the present one. */
export interface FileDraft {
  /**
   * Puts the text in the file's place, for good: whoever opens the file finds the former text or this one, also after a
   * crash of the machine. False when another draft was started since: nothing was changed, and what this one was made
   * from may be out of date.
   */
  publish(text: string): Promise<boolean>;
  /** Resolves when no power failure can bring the former text back. */
  settle(): Promise<void>;
  /** Ends the draft, whatever became of it. */
  discard(): Promise<void>;
}

/**
 * Starts a draft and deletes those of all others, which thereby cannot be published any more. Of two writers that both
 * read the file, each after the start of its draft, one started first, and the other has deleted its draft: so no text
 * ever replaces one that its author has not seen, however long a writer sleeps between any two steps. (Renaming a draft
 * that was deleted fails, and no name is used twice. Had A and B both published, each unaware of the other's text, then
 * B's draft was started after A looked for others, and A's after B did: before itself.)
 */
export async function startDraft(path: string): Promise<FileDraft> {
  const own = `${path}.${process.pid}-${crypto.randomUUID()}.tmp`;
  const file = await open(own, "wx", 0o600);
  try {
    await deleteOthers(path, own);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    async publish(text) {
      await file.writeFile(text);
      await file.sync();
      return await isRenamed(own, path);
    },
    settle: () => syncFolder(dirname(path)),
    async discard() {
      await file.close();
      await rm(own, { force: true });
    },
  };
}

async function deleteOthers(path: string, own: string): Promise<void> {
  const folder = dirname(path);
  const [prefix, ownName] = [`${basename(path)}.`, basename(own)];
  for (const name of await readdir(folder)) {
    const isDraft = name.startsWith(prefix) && /^\d+-[-0-9a-f]{36}\.tmp$/.test(name.slice(prefix.length));
    if (isDraft && name !== ownName) await rm(join(folder, name), { force: true });
  }
}

async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing, and keeps its folders by itself.
  if (process.platform === "win32") return;
  const folder: FileHandle = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
