/** Findings as JSON in the shape of Ruff's, with `name`, `severity` and `timeline` besides. */
import type { ModelGraph, Place } from "../../analysis/graph";
import { ruleUrl } from "../../rules/url";
import { applicabilityOf, type FileResult, type FixableFinding } from "../check/result";

import { type Location, type SourceLines, sourceLines } from "./source-lines";

/** The whole report: one array over all files. */
export function renderJson(files: readonly FileResult[]): string {
	const findings = files.flatMap((file) => {
		const locate = locator(file.graph);
		return file.findings.map((entry) => jsonFinding(entry, locate));
	});
	return `${JSON.stringify(findings, undefined, 2)}\n`;
}

interface JsonRange {
	readonly location: Location;
	readonly end_location: Location;
}

type Locator = (place: Place) => JsonRange & { readonly filename: string };

function jsonFinding({ finding, fix }: FixableFinding, locate: Locator) {
	return {
		cell: null,
		code: finding.code,
		name: finding.name,
		severity: finding.severity,
		message: finding.message,
		...locate(finding.place),
		url: ruleUrl(finding),
		fix:
			fix === undefined
				? null
				: {
						applicability: applicabilityOf(fix),
						message: fix.title,
						edits: fix.edits.map((edit) => {
							const { location, end_location } = locate(edit);
							return { content: edit.text, location, end_location };
						}),
					},
		timeline: finding.timeline.map((entry) => ({ message: entry.message, cell: null, ...locate(entry.place) })),
	};
}

function locator(graph: ModelGraph): Locator {
	const known = new Map<number, SourceLines>();
	return (place) => {
		const source = graph.sources[place.file];
		const lines = known.get(place.file) ?? sourceLines(source?.text ?? "");
		known.set(place.file, lines);
		return {
			filename: source?.name ?? "",
			location: lines.locate(place.start),
			end_location: lines.locate(place.end),
		};
	};
}
