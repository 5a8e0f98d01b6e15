CREATE TABLE "decisions" (
	"release_id" text NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"action" text NOT NULL,
	"sentence" text NOT NULL,
	"actor" json NOT NULL,
	"reason" text,
	"decision" json,
	"inputs" "bytea",
	"inputs_hash" text,
	"server_version" text NOT NULL,
	CONSTRAINT "decisions_release_id_version_pk" PRIMARY KEY("release_id","version")
);
--> statement-breakpoint
CREATE TABLE "gate_ticks" (
	"release_id" text NOT NULL,
	"metric" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"value" double precision,
	"message" text,
	CONSTRAINT "gate_ticks_release_id_metric_at_pk" PRIMARY KEY("release_id","metric","at")
);
--> statement-breakpoint
CREATE TABLE "ingest_findings" (
	"environment_id" text NOT NULL,
	"what" text NOT NULL,
	"count" bigint NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ingest_findings_environment_id_what_pk" PRIMARY KEY("environment_id","what")
);
--> statement-breakpoint
CREATE TABLE "markers" (
	"id" text PRIMARY KEY NOT NULL,
	"environment_id" text NOT NULL,
	"type" text NOT NULL,
	"service" text DEFAULT '' NOT NULL,
	"version" text DEFAULT '' NOT NULL,
	"commit" text,
	"url" text,
	"actor" text,
	"derived" boolean DEFAULT false NOT NULL,
	"idempotency_key" text,
	"at" timestamp (3) with time zone NOT NULL,
	"end_at" timestamp (3) with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "markers_idempotency" UNIQUE("environment_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "metric_slots" (
	"replica" smallint NOT NULL,
	"environment_id" text NOT NULL,
	"series" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"seconds" integer DEFAULT 10 NOT NULL,
	"count" bigint NOT NULL,
	"sum" double precision DEFAULT 0 NOT NULL,
	"sketch" "bytea",
	CONSTRAINT "metric_slots_environment_id_series_at_replica_pk" PRIMARY KEY("environment_id","series","at","replica")
);
--> statement-breakpoint
CREATE TABLE "metrics" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"definition" json NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"webhook_id" text NOT NULL,
	"event_id" text NOT NULL,
	"event" text NOT NULL,
	"payload" json NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now(),
	"delivered_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "outbox_webhook_id_event_id_pk" PRIMARY KEY("webhook_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "release_commands" (
	"environment_id" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"release_id" text NOT NULL,
	"command" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "release_commands_environment_id_idempotency_key_pk" PRIMARY KEY("environment_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "release_phases" (
	"release_id" text NOT NULL,
	"phase" integer NOT NULL,
	"segment" integer NOT NULL,
	"step" integer NOT NULL,
	"percent" double precision NOT NULL,
	"revision" bigint,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"cause" text NOT NULL,
	CONSTRAINT "release_phases_release_id_phase_pk" PRIMARY KEY("release_id","phase")
);
--> statement-breakpoint
CREATE TABLE "release_seen" (
	"release_id" text NOT NULL,
	"metric" text NOT NULL,
	"scope" integer NOT NULL,
	"unit" bigint NOT NULL,
	"phase" integer NOT NULL,
	"arm" smallint NOT NULL,
	CONSTRAINT "release_seen_release_id_metric_scope_unit_pk" PRIMARY KEY("release_id","metric","scope","unit")
);
--> statement-breakpoint
CREATE TABLE "release_totals" (
	"replica" smallint NOT NULL,
	"release_id" text NOT NULL,
	"metric" text NOT NULL,
	"phase" integer NOT NULL,
	"arm" smallint NOT NULL,
	"count" bigint DEFAULT 0 NOT NULL,
	"sum" double precision DEFAULT 0 NOT NULL,
	"bucket_sums" double precision[],
	"bucket_counts" double precision[],
	"sketch" "bytea",
	CONSTRAINT "release_totals_replica_release_id_metric_phase_arm_pk" PRIMARY KEY("replica","release_id","metric","phase","arm")
);
--> statement-breakpoint
CREATE TABLE "releases" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"environment_id" text NOT NULL,
	"flag_id" text NOT NULL,
	"rule_id" text NOT NULL,
	"state" text NOT NULL,
	"pause_reason" text,
	"plan" json NOT NULL,
	"step" integer DEFAULT -1 NOT NULL,
	"phase" integer DEFAULT 0 NOT NULL,
	"segment" integer DEFAULT 1 NOT NULL,
	"percent" double precision NOT NULL,
	"start_percent" double precision NOT NULL,
	"salt" text NOT NULL,
	"sample" double precision DEFAULT 1 NOT NULL,
	"frozen" json,
	"latches" json,
	"evaluation" json,
	"decision" json,
	"start_at" timestamp (3) with time zone,
	"start_approved_by" text,
	"approved_step" integer DEFAULT -1 NOT NULL,
	"hold_until" timestamp (3) with time zone,
	"bake_skipped_step" integer DEFAULT -1 NOT NULL,
	"baked_ms" double precision DEFAULT 0 NOT NULL,
	"step_started_at" timestamp (3) with time zone,
	"last_tick_at" timestamp (3) with time zone,
	"next_tick_at" timestamp (3) with time zone,
	"rollback_revision" bigint,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"url" text NOT NULL,
	"authorization" text,
	"timeout_ms" integer DEFAULT 5000 NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"plan" json NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"format" text DEFAULT 'sluice' NOT NULL,
	"secret" text NOT NULL,
	"events" text[] DEFAULT '{}' NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "windows" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"environments" text[] DEFAULT '{}' NOT NULL,
	"time_zone" text,
	"days" integer[],
	"opens" text,
	"closes" text,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "through" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gate_ticks" ADD CONSTRAINT "gate_ticks_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ingest_findings" ADD CONSTRAINT "ingest_findings_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "markers" ADD CONSTRAINT "markers_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metric_slots" ADD CONSTRAINT "metric_slots_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "public"."environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "release_commands" ADD CONSTRAINT "release_commands_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "release_phases" ADD CONSTRAINT "release_phases_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "release_seen" ADD CONSTRAINT "release_seen_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "release_totals" ADD CONSTRAINT "release_totals_release_id_releases_id_fk" FOREIGN KEY ("release_id") REFERENCES "public"."releases"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_flag_config_fk" FOREIGN KEY ("environment_id","flag_id") REFERENCES "public"."flag_configs"("environment_id","flag_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "windows" ADD CONSTRAINT "windows_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "markers_environment_at" ON "markers" USING btree ("environment_id","at");--> statement-breakpoint
CREATE INDEX "metric_slots_at" ON "metric_slots" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "metrics_key_unique" ON "metrics" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("next_at") WHERE "outbox"."next_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "releases_one_active" ON "releases" USING btree ("environment_id","flag_id") WHERE "releases"."state" in ('draft', 'scheduled', 'running', 'final_bake', 'paused', 'rolling_back');--> statement-breakpoint
CREATE INDEX "releases_due" ON "releases" USING btree ("next_tick_at") WHERE "releases"."next_tick_at" is not null;--> statement-breakpoint
CREATE INDEX "releases_flag" ON "releases" USING btree ("environment_id","flag_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_key_unique" ON "sources" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE UNIQUE INDEX "templates_key_unique" ON "templates" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE INDEX "webhooks_project" ON "webhooks" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "windows_key_unique" ON "windows" USING btree ("project_id",lower("key"));