/** What a rule is, what it finds, and what a fix is. */
import type { ModelGraph, Place } from "../analysis/graph";
import type { Holds, SeenByVersion, Versions } from "./versions";

export type Severity = "error" | "warning" | "information" | "hint";
/** safe: same intent, no other behaviour changes. suggestion: a person chooses. */
export type Applicability = "safe" | "suggestion";

export interface RuleMeta {
	/** `PEFT001` */
	readonly code: string;
	/** Kebab case; says the problem and reads well after "ignore". */
	readonly name: string;
	readonly category: "lifecycle" | "training" | "saving" | "configuration";
	/** Severity of a finding that holds on every path. */
	readonly severity: Severity;
	/** The best applicability any fix of the rule has. */
	readonly fix: Applicability | "none";
	/** Version of PEFT Lint that introduced it. */
	readonly since: string;
	/** Not on unless selected. */
	readonly preview: boolean;
	/** PEFT versions for which the claim was executed. */
	readonly provedOn: string;
	/** One sentence, for tables and lists. */
	readonly summary: string;
	/** Upstream issues and documentation. */
	readonly references: readonly string[];
	/**
	 * Codes of rules that stay silent about a call on which this one speaks, or that this one names as the cause: one cause, one
	 * report.
	 */
	readonly silences?: readonly string[];
	/** The versions of the libraries for which the claim holds; without it, every version. */
	readonly holds?: Holds;
}

export interface Rule {
	readonly meta: RuleMeta;
	/** `versions` are those that the project may run with; what a message says of them must hold for all. */
	readonly check: (graph: ModelGraph, versions: Versions) => readonly RuleFinding[];
	/** Best first; computed only when asked for. */
	readonly fixes: (finding: Finding, graph: ModelGraph) => readonly Fix[];
	/** What PEFT itself says at run time, by its version; undefined where that was not observed. */
	readonly seen?: (finding: Finding, graph: ModelGraph) => SeenByVersion | undefined;
}

/** What a rule returns; the engine adds code, name and severity. */
export interface RuleFinding {
	/** A call of the event's timeline: the event's own, or the person's call that leads to it. */
	readonly place: Place;
	/** The fact, with the names of the person's code. */
	readonly message: string;
	/** must: on every path that reaches the place. may: on some; one severity lower, never below information. */
	readonly confidence: "must" | "may";
	/** How it came to this, oldest first. */
	readonly timeline: readonly TimelineEntry[];
	/** The event the finding is about (index into graph.events): lets `fixes` find its way back. */
	readonly event: number;
	/** The earlier event that is to blame: what other rules say of that one is said with this finding. */
	readonly cause?: number | undefined;
	/** Instead of its rule's: codes of rules that stay silent about the call on which this finding speaks. */
	readonly silences?: readonly string[];
	/** Where this finding weighs more or less than others of its rule. */
	readonly severity?: Severity;
	/** The versions for which this finding holds, where they differ from its rule's. */
	readonly holds?: Holds;
}

export interface TimelineEntry {
	readonly place: Place;
	readonly message: string;
}

export interface Finding extends RuleFinding {
	readonly code: string;
	readonly name: string;
	/** As reported: of the rule or of this finding, lowered where it holds on some paths only, or as the settings say. */
	readonly severity: Severity;
}

export interface Fix {
	/** States the remedy. */
	readonly title: string;
	readonly applicability: Applicability;
	readonly preferred: boolean;
	/** Non-overlapping, sorted by place. */
	readonly edits: readonly Edit[];
}

export interface Edit extends Place {
	readonly text: string;
}
