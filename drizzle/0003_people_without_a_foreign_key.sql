ALTER TABLE "release_seen" DROP CONSTRAINT "release_seen_release_id_releases_id_fk";
--> statement-breakpoint
ALTER TABLE "release_totals" SET (fillfactor = 30, toast_tuple_target = 8160);--> statement-breakpoint
ALTER TABLE "metric_slots" SET (fillfactor = 70);
