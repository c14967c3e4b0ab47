import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { LOG_LEVELS, type LogLevel, RECONCILE_DEFAULTS } from './app-config.js';
import { IsHost, IsKeyOfAccount } from './environment-rules.js';
import { FAILPOINTS } from './failpoint.js';

/** What a process may be given: the variables, each absent or any text. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables by name; everything else in the environment is ignored. */
export class EnvironmentVariables {
  @IsOptional()
  @MinLength(1)
  readonly HEADWATER_DEPLOYMENT?: string;

  @MinLength(1)
  readonly HEADWATER_DATA_DIR: string = '.headwater';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/\S+$/, { message: 'must be a postgres:// address' })
  readonly DATABASE_URL?: string;

  @IsOptional()
  @Matches(/^0x[0-9a-fA-F]{64}$/, { message: 'must be 0x and 64 hexadecimal digits' })
  @IsKeyOfAccount()
  readonly HEADWATER_OPERATOR_KEY?: string;

  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly PORT: number = 3000;

  @IsHost()
  readonly HOST: string = '127.0.0.1';

  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL: LogLevel = 'info';

  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(10)
  @Max(600_000)
  readonly HEADWATER_POLL_MS: number = 500;

  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  readonly HEADWATER_RECONCILE_FULL_MAX: number = RECONCILE_DEFAULTS.fullMax;

  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(100_000)
  readonly HEADWATER_RECONCILE_SAMPLE: number = RECONCILE_DEFAULTS.sample;

  @IsOptional()
  @IsIn(FAILPOINTS)
  readonly HEADWATER_FAILPOINT?: string;
}

/** Environment variables of a process that only talks to the API. */
export class ClientVariables {
  @IsUrl(
    { protocols: ['http', 'https'], require_tld: false, require_protocol: true },
    { message: 'must be an http or https address' },
  )
  readonly HEADWATER_API_URL: string = 'http://127.0.0.1:3000';
}
