require('reflect-metadata');
const {
  BigIntColumn,
  Entity,
  IntColumn,
  PrimaryColumn,
  StringColumn,
} = require('@subsquid/typeorm-store');

/** Declares an entity without decorators: name and its columns by kind. */
function entity(name, columns) {
  const Row = {
    [name]: class {
      constructor(fields) {
        Object.assign(this, fields);
      }
    },
  }[name];
  // What the compiler would note of a decorated field.
  Reflect.defineMetadata('design:type', String, Row.prototype, 'id');
  PrimaryColumn()(Row.prototype, 'id');
  for (const [column, declare] of Object.entries(columns)) {
    declare({ nullable: false })(Row.prototype, column);
  }
  Entity()(Row);
  return Row;
}

exports.FarmEvent = entity('FarmEvent', {
  kind: StringColumn,
  farmId: IntColumn,
  user: StringColumn,
  amount: BigIntColumn,
  block: IntColumn,
  at: BigIntColumn,
});
exports.Position = entity('Position', {
  farmId: IntColumn,
  user: StringColumn,
  staked: BigIntColumn,
  stakes: IntColumn,
  withdrawals: IntColumn,
});
exports.Farm = entity('Farm', { farmId: IntColumn, staked: BigIntColumn, events: IntColumn });
exports.UserReward = entity('UserReward', { user: StringColumn, total: BigIntColumn });
