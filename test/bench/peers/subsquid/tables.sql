-- Tables of lib/model, as the store's own generator would write them.
CREATE TABLE farm_event (id varchar PRIMARY KEY, kind text NOT NULL, farm_id int4 NOT NULL,
  "user" text NOT NULL, amount numeric NOT NULL, block int4 NOT NULL, at numeric NOT NULL);
CREATE TABLE position (id varchar PRIMARY KEY, farm_id int4 NOT NULL, "user" text NOT NULL,
  staked numeric NOT NULL, stakes int4 NOT NULL, withdrawals int4 NOT NULL);
CREATE TABLE farm (id varchar PRIMARY KEY, farm_id int4 NOT NULL, staked numeric NOT NULL,
  events int4 NOT NULL);
CREATE TABLE user_reward (id varchar PRIMARY KEY, "user" text NOT NULL, total numeric NOT NULL);
