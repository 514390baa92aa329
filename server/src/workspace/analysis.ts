/** What is known of one version of one text, and the wall that keeps a fault in it from spreading. */
import type { ModelGraph } from "../analysis/graph";
import { lint, type RuleSelection } from "../rules/engine";
import type { Finding } from "../rules/rule";
import type { Versions } from "../rules/versions";
import type { Comment } from "../syntax/facts";
import type { Host } from "./host";

export interface Analysis {
	/** Another number for every analysis. */
	readonly id: number;
	readonly comments: readonly Comment[];
	readonly graph: ModelGraph;
	/** Sorted by place. Computed once for the same selection and versions objects. */
	findings(selection: RuleSelection, versions: Versions): readonly Finding[];
}

let analyses = 0;

/** Findings are computed when they are first asked for. */
export function analysisOf(graph: ModelGraph, comments: readonly Comment[], uri: string, host: Host): Analysis {
	let last: Linted | undefined;
	return {
		id: ++analyses,
		comments,
		graph,
		findings(selection, versions) {
			if (last?.selection !== selection || last.versions !== versions) {
				const what = `The rules failed on ${uri}`;
				const findings = contain(host, what, () => lint(graph, comments, selection, versions));
				last = { selection, versions, findings: findings ?? [] };
			}
			return last.findings;
		},
	};
}

interface Linted {
	readonly selection: RuleSelection;
	readonly versions: Versions;
	readonly findings: readonly Finding[];
}

/** Stands for a text that is not analysed. */
export function silence(name: string, text: string): Analysis {
	const graph: ModelGraph = {
		sources: [{ name, text, id: "", cells: undefined }],
		cores: [],
		events: [],
		reads: [],
		notes: [],
		checkouts: [],
	};
	return { id: ++analyses, comments: [], graph, findings: () => [] };
}

/** Runs `work`; an exception becomes one entry in the log, never an end of the server. */
export function contain<T>(host: Host, what: string, work: () => T): T | undefined {
	try {
		return work();
	} catch (error) {
		const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
		host.log("error", `${what}; nothing is reported there until the text changes. Please report this. ${detail}`);
		return undefined;
	}
}
