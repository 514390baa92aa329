/** What `peft-lint check` was asked to do. */
import type { RuleSelection } from "../../rules/engine";

/** `text` and `concise` for people; the others for programs. */
export const REPORT_FORMATS = ["text", "concise", "json", "github", "gitlab", "sarif"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface CheckOptions {
	/** As given; empty means the working directory. `-` is standard input. */
	readonly paths: readonly string[];
	readonly format: ReportFormat;
	/** Counts by rule, in the place of findings. */
	readonly statistics: boolean;
	readonly selection: RuleSelection;
	/** Patterns in git's syntax for what a walk leaves out. */
	readonly exclude: readonly string[];
	/** `diff` shows what `write` would do. */
	readonly fix: "no" | "write" | "diff";
	readonly unsafeFixes: boolean;
	/** What to call standard input. */
	readonly stdinFilename: string | undefined;
	readonly exitZero: boolean;
	readonly quiet: boolean;
	readonly verbose: boolean;
	readonly workingDirectory: string;
}
