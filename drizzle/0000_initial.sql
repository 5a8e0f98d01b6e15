CREATE TABLE "audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"project_id" text,
	"environment_id" text,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_key" text NOT NULL,
	"before" json,
	"after" json,
	"reason" text,
	"request_id" text NOT NULL,
	"revision" bigint
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"protected" boolean DEFAULT false NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"epoch" text NOT NULL,
	"revision" bigint DEFAULT 0 NOT NULL,
	"revised_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "environments_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "flag_configs" (
	"project_id" text NOT NULL,
	"environment_id" text NOT NULL,
	"flag_id" text NOT NULL,
	"status" text DEFAULT 'off' NOT NULL,
	"killed" boolean DEFAULT false NOT NULL,
	"kill_reason" text,
	"killed_at" timestamp (3) with time zone,
	"killed_by" text,
	"kill_revision" bigint,
	"parent" text,
	"off_variant" text NOT NULL,
	"on_variant" text,
	"default_variant" text,
	"rules" json DEFAULT '[]'::json NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" text,
	CONSTRAINT "flag_configs_environment_id_flag_id_pk" PRIMARY KEY("environment_id","flag_id")
);
--> statement-breakpoint
CREATE TABLE "flags" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"type" text NOT NULL,
	"seed" text NOT NULL,
	"variants" json NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"owner" text DEFAULT '' NOT NULL,
	"kind" text DEFAULT 'release' NOT NULL,
	"expected_lifetime_days" integer,
	"client_visible" boolean DEFAULT false NOT NULL,
	"archived_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "flags_project_id" UNIQUE("project_id","id")
);
--> statement-breakpoint
CREATE TABLE "instances" (
	"environment_id" text NOT NULL,
	"id" text NOT NULL,
	"service" text DEFAULT '' NOT NULL,
	"service_version" text DEFAULT '' NOT NULL,
	"sdk" text DEFAULT '' NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"applied_epoch" text,
	"applied_revision" bigint,
	"applied_at" timestamp (3) with time zone,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "instances_environment_id_id_pk" PRIMARY KEY("environment_id","id")
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"project_id" text,
	"environment_id" text,
	"secret_hash" text NOT NULL,
	"hint" text NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "keys_secret_hash" UNIQUE("secret_hash"),
	CONSTRAINT "keys_scope" CHECK (("keys"."kind" = 'admin' and "keys"."environment_id" is null) or ("keys"."kind" <> 'admin' and "keys"."environment_id" is not null and "keys"."project_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"environment_id" text NOT NULL,
	"instance_id" text NOT NULL,
	"epoch" text NOT NULL,
	"revision" bigint NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "receipts_environment_id_epoch_revision_instance_id_pk" PRIMARY KEY("environment_id","epoch","revision","instance_id")
);
--> statement-breakpoint
CREATE TABLE "revision_changes" (
	"environment_id" text NOT NULL,
	"revision" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"flag_keys" text[] NOT NULL,
	"segment_keys" text[] NOT NULL,
	"killed_keys" text[] NOT NULL,
	CONSTRAINT "revision_changes_environment_id_revision_pk" PRIMARY KEY("environment_id","revision")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"when" json NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_failures" (
	"subject" text PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"role" text DEFAULT 'admin' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "environments" ADD CONSTRAINT "environments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_configs" ADD CONSTRAINT "flag_configs_environment_fk" FOREIGN KEY ("project_id","environment_id") REFERENCES "environments"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_configs" ADD CONSTRAINT "flag_configs_flag_fk" FOREIGN KEY ("project_id","flag_id") REFERENCES "flags"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flags" ADD CONSTRAINT "flags_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instances" ADD CONSTRAINT "instances_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_environment_fk" FOREIGN KEY ("project_id","environment_id") REFERENCES "environments"("project_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revision_changes" ADD CONSTRAINT "revision_changes_environment_id_environments_id_fk" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "segments" ADD CONSTRAINT "segments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entries_project" ON "audit_entries" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_target" ON "audit_entries" USING btree ("project_id","target_type","target_key","id");--> statement-breakpoint
CREATE UNIQUE INDEX "environments_key_unique" ON "environments" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE INDEX "flag_configs_flag" ON "flag_configs" USING btree ("flag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "flags_key_unique" ON "flags" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE UNIQUE INDEX "flags_seed_unique" ON "flags" USING btree ("project_id","seed");--> statement-breakpoint
ALTER TABLE "instances" SET (fillfactor = 70);--> statement-breakpoint
CREATE INDEX "keys_project" ON "keys" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_key_unique" ON "projects" USING btree (lower("key"));--> statement-breakpoint
CREATE UNIQUE INDEX "segments_key_unique" ON "segments" USING btree ("project_id",lower("key"));--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_unique" ON "users" USING btree (lower("email"));