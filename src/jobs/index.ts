/** Long operations on a cluster: what the command line runs, for programs. */
export { type AdoptOptions, type AdoptProgress, adoptServer, planAdoption } from "./adopt/adopt-server.ts";
export type { AdoptConfig } from "./adopt/adoption-context.ts";
export type { AdoptionPlan } from "./adopt/plan-adoption.ts";
export type { AbsentNode } from "./find-nodes.ts";
export { type ImportCursor, parseImportCursor } from "./import/import-cursor.ts";
export {
  type ImportFrom,
  type ImportOptions,
  type ImportPlan,
  type ImportProgress,
  type ImportReport,
  importFrom,
  planImport,
} from "./import/import-from.ts";
export type { KeyReport } from "./import/import-keys.ts";
export type { ServerAddress } from "./import/server-source.ts";
export type { StepLimits } from "./plan/cut-steps.ts";
export { type Move, type MoveStep, movesOf, type Plan, type PlanStep } from "./plan/plan.ts";
export type { Wish } from "./plan/wish.ts";
export type { RecoveryPlan } from "./recover/plan-recovery.ts";
export {
  planRecovery,
  type RecoverOptions,
  type RecoveryReport,
  recoverCluster,
} from "./recover/recover-cluster.ts";
export type { RecoveryConfig } from "./recover/recovery-context.ts";
export type { RowFate } from "./recover/restore-rows.ts";
export type { OpenDebt } from "./repair/open-debts.ts";
export { type RepairOptions, repairCluster } from "./repair/repair-cluster.ts";
export type { JobProgress } from "./run/job-log.ts";
export type { JobOptions, JobRecord } from "./run/job-record.ts";
export {
  cancelJob,
  type JobCallOptions,
  jobStatus,
  listJobs,
  type PlanOptions,
  pauseJob,
  planJob,
  type RunOptions,
  resumeJob,
  type StartOptions,
  startJob,
} from "./run/jobs.ts";
export type { JobsConfig } from "./run/open-jobs.ts";
export type { IndexDrift, SettingsDrift } from "./settings/settings-verification.ts";
export { type SettingsReport, type VerifySettingsOptions, verifySettings } from "./settings/verify-settings.ts";
export type { HiddenDocuments, IndexReport, ShardReport } from "./verify/index-report.ts";
export type { DifferenceKind } from "./verify/judge-copies.ts";
export { type VerifyOptions, type VerifyReport, verifyCluster } from "./verify/verify-cluster.ts";
export type { VerifyProgress } from "./verify/verify-index.ts";
