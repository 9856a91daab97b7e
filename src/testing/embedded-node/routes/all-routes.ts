import type { Route } from "../http/route.ts";
import { backupRoutes } from "./backup-routes.ts";
import { documentFilterRoutes } from "./document-filter-routes.ts";
import { documentReadRoutes } from "./document-read-routes.ts";
import { documentWriteRoutes } from "./document-write-routes.ts";
import { exportRoutes } from "./export-routes.ts";
import { featureRoutes } from "./feature-routes.ts";
import { fieldRoutes } from "./field-routes.ts";
import { indexRoutes } from "./index-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { networkRoutes } from "./network-routes.ts";
import { searchRoutes } from "./search-routes.ts";
import { searchRuleRoutes } from "./search-rule-routes.ts";
import { settingsRoutes } from "./settings-routes.ts";
import { similarRoutes } from "./similar-routes.ts";
import { swapRoutes } from "./swap-routes.ts";
import { systemRoutes } from "./system-routes.ts";
import { taskRoutes } from "./task-routes.ts";
import { unimplementedRoutes } from "./unimplemented-routes.ts";
import { webhookRoutes } from "./webhook-routes.ts";

/** Every route of the node. */
export const ALL_ROUTES: readonly Route[] = [
  ...systemRoutes,
  ...indexRoutes,
  ...fieldRoutes,
  ...swapRoutes,
  ...documentReadRoutes,
  ...documentWriteRoutes,
  ...documentFilterRoutes,
  ...searchRoutes,
  ...searchRuleRoutes,
  ...similarRoutes,
  ...settingsRoutes,
  ...taskRoutes,
  ...keyRoutes,
  ...featureRoutes,
  ...backupRoutes,
  ...webhookRoutes,
  ...networkRoutes,
  ...exportRoutes,
  ...unimplementedRoutes,
];
