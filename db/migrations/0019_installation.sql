CREATE TABLE "client_steps" (
	"client_id" text NOT NULL,
	"step" text NOT NULL,
	"name" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "client_steps_client_id_step_pk" PRIMARY KEY("client_id","step")
);
--> statement-breakpoint
CREATE TABLE "part_states" (
	"part" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"detail" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone DEFAULT now() NOT NULL
);
