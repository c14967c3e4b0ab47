import { prepared } from '#database';

export const POSITION_COLUMNS = `farm_id AS "farmId", user_address AS "user", principal, weight,
  lock_end AS "lockEnd", tier, tier_boost_bps AS "tierBoostBps", fee_bps AS "feeBps", words,
  claimed, posted`;

export const POSITION_TARGET = `position_state (chain_id, farm_id, user_address, principal, weight,
  lock_end, tier, tier_boost_bps, fee_bps, words, claimed, posted)`;

export const POSITIONS_AT = prepared(
  'farms.positions-at',
  `SELECT c.cursor_hash AS "cursorHash", c.finalized_block AS "finalizedBlock",
     pc.posted_block AS "postedBlock", ${POSITION_COLUMNS}
   FROM chain_cursor c LEFT JOIN posting_cursor pc ON pc.chain_id = c.chain_id
   LEFT JOIN position_state p ON p.chain_id = c.chain_id AND ($2::bigint IS NULL OR farm_id = $2)
   WHERE c.chain_id = $1 ORDER BY farm_id, user_address`,
);

export const POSITIONS_OF_USER_AT = prepared(
  'farms.positions-of-user-at',
  `SELECT c.cursor_hash AS "cursorHash", c.finalized_block AS "finalizedBlock",
     pc.posted_block AS "postedBlock", ${POSITION_COLUMNS}
   FROM chain_cursor c LEFT JOIN posting_cursor pc ON pc.chain_id = c.chain_id
   LEFT JOIN position_state p ON p.user_address = $3 AND p.chain_id = c.chain_id
     AND ($2::bigint IS NULL OR farm_id = $2)
   WHERE c.chain_id = $1 ORDER BY farm_id`,
);

export const POSTED_OF = prepared(
  'farms.posted-of',
  `SELECT chain_id AS "chainId", farm_id AS "farmId", coalesce(posted[1], 0) AS wei
   FROM position_state WHERE user_address = $1`,
);
