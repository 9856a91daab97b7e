/** Long operations on a cluster: what the command line runs, for programs. */
export type { AbsentNode } from "./find-nodes.ts";
export type { OpenDebt } from "./repair/open-debts.ts";
export { type RepairOptions, repairCluster } from "./repair/repair-cluster.ts";
export type { IndexDrift, SettingsDrift } from "./settings/settings-verification.ts";
export { type SettingsReport, type VerifySettingsOptions, verifySettings } from "./settings/verify-settings.ts";
export type { HiddenDocuments, IndexReport, ShardReport } from "./verify/index-report.ts";
export type { DifferenceKind } from "./verify/judge-copies.ts";
export { type VerifyOptions, type VerifyReport, verifyCluster } from "./verify/verify-cluster.ts";
export type { VerifyProgress } from "./verify/verify-index.ts";
