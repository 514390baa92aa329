/** Bounds of the workspace. Past each the answer is silence and one line in the log. */

/** Longest text that is parsed, in UTF-16 code units: ten megabytes of ASCII. No script that trains a model is near it. */
export const maxTextLength = 10_000_000;

/** Largest notebook that is read, in bytes. Nearly all of it is outputs; its cells are held to `maxTextLength`. */
export const maxNotebookBytes = 100_000_000;

/** Most entries of a folder that is looked into for imports; a folder of more is one of data. */
export const maxFolderEntries = 20_000;
/** Most files that a program is followed through. */
export const maxProgramModules = 1_000;
/** Longest text of an imported file that is looked into, in UTF-16 code units: longer ones are data. */
export const maxModuleText = 1_000_000;
/** Most text of a program's files taken together, in UTF-16 code units. */
export const maxProgramText = 10_000_000;
/** Most rounds of reading until all of a program is known; each follows its imports one step further. */
export const maxProgramRounds = 2_000;
/** Most programs that are told from their next version; of one more, an analysis is made anew. */
export const maxToldPrograms = 500;
/** Most files of which it is remembered where their imports lead. */
export const maxKnownEdges = 50_000;
/** Most text of files that are not open that is kept, in UTF-16 code units; above that of a program. */
export const maxKeptText = 30_000_000;
/** Most text of which the facts are kept, in UTF-16 code units; a character takes some twelve bytes of them. */
export const maxKeptFacts = 10_000_000;
/** Most files and folders that folders are remembered to hold. */
export const maxKeptEntries = 1_000_000;
