export { type ServiceAddress, variableName } from './domain/addresses.js';
export type { OnFull } from './domain/admission.js';
export { BUILD_POLICIES, type BuildPolicy, PULL_POLICIES, type PullPolicy } from './domain/build/policy.js';
export type { Finding } from './domain/checkup.js';
export type { Decisions } from './domain/decisions.js';
export { formatDuration, parseDuration } from './domain/duration.js';
export type { EnvironmentKind } from './domain/environment-kind.js';
export {
  CATALOGUE,
  EnvironmentError,
  type ErrorCode,
  type ErrorFamily,
  EXIT_CODES,
  type Step,
} from './domain/errors.js';
export type { GraphFormat } from './domain/graph.js';
export type { Health } from './domain/health.js';
export type { SystemHealth } from './domain/health-report.js';
export type { Hook, HookPoint, Hooks } from './domain/hooks.js';
export type { Binding, LeaseRecord, LeaseState, Mode } from './domain/lease.js';
export { defaultOf, ENTRIES, type OptionEntry, type OptionName } from './domain/options/table.js';
export { describeOwner, type Owner } from './domain/owner.js';
export { plainText } from './domain/plain-text.js';
export type { PortMode, PortRange } from './domain/ports.js';
export type { OnUnhealthy } from './domain/recovery.js';
export type { ResetOutcome } from './domain/resets/strategy.js';
export type { HealthcheckDefault, ResourceOptions, ServiceDefaults } from './domain/resources.js';
export { formatSize } from './domain/size.js';
export { suggest } from './domain/suggest.js';
export { criticalPath, type Timeline } from './domain/timeline.js';
export type { Variant, Variants } from './domain/variant.js';
export { type Verdict, whyNot } from './domain/verdict.js';
export { WAITED_FOR, type Wait, type WaitedFor, type Waits } from './domain/wait.js';
export { workerSlot } from './domain/worker-slot.js';
export type { ContainerStats } from './engine/engine.js';
export type { EngineCall, OnCall } from './engine/traced.js';
export type { AcquiredService, AcquireOptions } from './manager/acquire.js';
export type { QueueOptions } from './manager/admit.js';
export type { Availability, AvailableOptions } from './manager/available.js';
export type { BuildReport } from './manager/build/report.js';
export type { CheckOptions } from './manager/check.js';
export type { CleanOptions } from './manager/clean.js';
export type { FileOptions } from './manager/compose-files.js';
export type { ManagerOptions } from './manager/config.js';
export type { ContainerDescription, DescribeOptions, Description, ServiceDescription } from './manager/describe.js';
export type { Checkup, DoctorOptions } from './manager/doctor.js';
export { archiveDossier } from './manager/dossier-archive.js';
export type { EnvironmentAddresses, EnvOptions } from './manager/env.js';
export type { EnvironmentEvent, EventsOptions } from './manager/events.js';
export type { ExecOptions } from './manager/exec.js';
export type { ExplainedSetting, ExplainOptions, Explanation } from './manager/explain.js';
export type { FindOptions, Found } from './manager/find.js';
export type { GraphOptions } from './manager/graph.js';
export type { HiddenValuesOptions } from './manager/hidden-values.js';
export type { HistoryOptions } from './manager/history.js';
export type { Initialised, InitOptions } from './manager/init.js';
export { Lease } from './manager/lease.js';
export type { LocatedHazard } from './manager/locate.js';
export type { Logs, LogsOptions, ServiceLine } from './manager/log-request.js';
export { createManager, getDefaultManager, type Manager } from './manager/manager.js';
export type { Place, PlaceOptions } from './manager/place.js';
export type { PlanOptions, PlanReport } from './manager/plan.js';
export type { OnProgress, Progress } from './manager/progress.js';
export { defineConfig, type ProjectConfig } from './manager/project-config.js';
export type { PortHolderOptions, PortsOptions, PortsReport, PublishedPort } from './manager/published.js';
export type { RebuildOptions, Rebuilt } from './manager/rebuild.js';
export type { Recovered, RecoverOptions } from './manager/recover.js';
export type { ResetOptions, ResetReport } from './manager/reset.js';
export type { Restarted, RestartOptions } from './manager/restart.js';
export type { SavedLog, SaveLogsOptions } from './manager/save-logs.js';
export type { SnapshotOptions } from './manager/snapshot.js';
export type { Stats, StatsOptions } from './manager/stats.js';
export type { EnvironmentStatus, ServiceStatus } from './manager/status.js';
export type { Removal, StopOptions } from './manager/stop.js';
export type { Waited, WaitOptions } from './manager/wait.js';
export type { WorkerDatabase, WorkerDatabaseOptions } from './manager/worker-database.js';
export type { QueueEntry } from './store/admission-queue.js';
export type { HistoryEvent } from './store/history.js';
