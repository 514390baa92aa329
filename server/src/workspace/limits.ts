/** Bounds of the workspace. Past each the answer is silence and one line in the log. */

/** Longest text that is parsed, in UTF-16 code units: ten megabytes of ASCII. No script that trains a model is near it. */
export const maxTextLength = 10_000_000;

/** Most entries of a folder that is looked into for imports; a folder of more is one of data. */
export const maxFolderEntries = 20_000;
