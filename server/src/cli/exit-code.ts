/** What the process ends with, as Ruff does. */
export const ExitCode = {
	/** Nothing worth a person's attention; hints alone count as nothing. */
	clean: 0,
	/** Findings, or with `--diff` changes that would be made. */
	findings: 1,
	/** Bad arguments, a file that could not be answered for, or a fault of our own. */
	error: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
