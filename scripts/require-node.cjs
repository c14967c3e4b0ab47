// Runs before everything else, on any Node: newer syntax would fail with a riddle instead.
'use strict';

var parts = process.versions.node.split('.').map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  process.stderr.write(
    'Headwater needs Node 20.19 or newer; this is Node ' +
      process.versions.node +
      '. Install a newer Node and run the command again.\n',
  );
  process.exit(1);
}
