import { dirname, join } from "node:path";

export const root: string = dirname(dirname(dirname(import.meta.dirname)));
/** Everything fetched or made for the suites; not in git. */
export const cache: string = join(root, ".vscode-test");
