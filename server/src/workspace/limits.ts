/** Bounds of the workspace. Past each the answer is silence and one line in the log. */

/** Longest text that is parsed, in UTF-16 code units: ten megabytes of ASCII. No script that trains a model is near it. */
export const maxTextLength = 10_000_000;
