CREATE TABLE "cities" (
	"id" text PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"region" text,
	"latitude" double precision NOT NULL,
	"longitude" double precision NOT NULL,
	"population" integer
);
--> statement-breakpoint
CREATE TABLE "city_names" (
	"name" text NOT NULL,
	"city_id" text NOT NULL,
	"own" boolean NOT NULL,
	CONSTRAINT "city_names_name_city_id_pk" PRIMARY KEY("name","city_id")
);
--> statement-breakpoint
CREATE TABLE "gazetteers" (
	"source" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"loaded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "geocoder_answers" (
	"key" text PRIMARY KEY NOT NULL,
	"places" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "geocoder_turns" (
	"id" integer PRIMARY KEY NOT NULL,
	"next_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "city_names" ADD CONSTRAINT "city_names_city_id_cities_id_fk" FOREIGN KEY ("city_id") REFERENCES "public"."cities"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "city_names_city_idx" ON "city_names" USING btree ("city_id");--> statement-breakpoint
CREATE INDEX "city_names_near_idx" ON "city_names" USING gin ("name" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "geocoder_answers_expiry_idx" ON "geocoder_answers" USING btree ("expires_at");