export { createTestDatabase, startTestPostgres, type TestDatabase } from './test-database.js';
