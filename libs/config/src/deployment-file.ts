import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

const ADDRESS = /^0x(?!0{40}$)[0-9a-fA-F]{40}$/;
const ADDRESS_MESSAGE = { message: 'must be a non-zero address of 20 bytes' };
const KEY = /^[a-z][a-z0-9-]{0,30}$/;
const KEY_MESSAGE = { message: 'must be a short lower-case word' };
const RPC_URL = { protocols: ['http', 'https'], require_tld: false, require_protocol: true };
const UINT32_MAX = 4_294_967_295;
/** Seconds in the year 5138; milliseconds since 1970 are above it. */
const SECONDS_MAX = 99_999_999_999;

class RewardTokenFile {
  @IsString() readonly symbol!: string;
  @IsInt() @Min(0) @Max(36) readonly decimals!: number;
  @IsInt() @Min(0) @Max(18) readonly sharedDecimals!: number;
}

class EpochFile {
  @IsInt() @Min(1) @Max(SECONDS_MAX) readonly genesis!: number;
  @IsInt() @Min(1) @Max(UINT32_MAX) readonly durationSeconds!: number;
}

class PolicyFile {
  @IsIn(['tvl-weighted', 'fixed-shares']) readonly kind!: 'tvl-weighted' | 'fixed-shares';
  @IsOptional() @IsObject() readonly shares?: Readonly<Record<string, unknown>>;
}

class MessagingFile {
  @IsInt() @Min(1) @Max(1_000_000) readonly confirmations!: number;
}

class FinalityFile {
  @IsIn(['tag', 'depth']) readonly mode!: 'tag' | 'depth';
  @IsOptional() @IsInt() @Min(0) @Max(1_000_000) readonly depth?: number;
}

class ContractsFile {
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly endpoint!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly sendUln!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly receiveUln!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly endpointView!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly receiveUlnView!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly executor!: string;
  @IsArray()
  @ArrayMinSize(2, { message: 'must name at least 2 verifiers; one alone can forge a message' })
  @ArrayUnique((dvn: unknown) => String(dvn).toLowerCase())
  @Matches(ADDRESS, { each: true, ...ADDRESS_MESSAGE })
  readonly dvns!: readonly string[];
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly rewardToken!: string;
  @IsOptional() @Matches(ADDRESS, ADDRESS_MESSAGE) readonly rewardAdapter?: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly farms!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly receiver!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly bridge!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly timelock!: string;
  @IsOptional() @Matches(ADDRESS, ADDRESS_MESSAGE) readonly controller?: string;
  @IsOptional() @Matches(ADDRESS, ADDRESS_MESSAGE) readonly governor?: string;
  @IsOptional() @Matches(ADDRESS, ADDRESS_MESSAGE) readonly commandSender?: string;
  @IsOptional() @Matches(ADDRESS, ADDRESS_MESSAGE) readonly commandReceiver?: string;
}

class FarmFile {
  @IsInt() @Min(1) @Max(UINT32_MAX) readonly farmId!: number;
  @IsString() readonly label!: string;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly stakeToken!: string;
  @IsString() readonly stakeSymbol!: string;
  @IsInt() @Min(0) @Max(36) readonly stakeDecimals!: number;
  @IsBoolean() readonly movable!: boolean;
  @Matches(/^\d{1,30}$/, { message: 'must be a whole number of micro-dollars in a string' })
  readonly valuePerTokenMicro!: string;
}

class ChainFile {
  @Matches(KEY, KEY_MESSAGE) readonly key!: string;
  @IsString() readonly name!: string;
  @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) readonly chainId!: number;
  @IsInt() @Min(1) @Max(UINT32_MAX) readonly eid!: number;
  @IsArray()
  @ArrayMinSize(1)
  @IsUrl(RPC_URL, { each: true, message: 'must be http or https addresses' })
  @ArrayUnique({ message: 'must not name an endpoint twice' })
  readonly rpcUrls!: readonly string[];
  @IsOptional() @IsInt() @Min(1) @Max(100) readonly quorum?: number;
  @IsOptional() @IsIn(['receipts', 'agreement']) readonly verification?: 'receipts' | 'agreement';
  @IsOptional() @IsInt() @Min(1) @Max(100_000) readonly rpcRequestsPerSecond?: number;
  @IsOptional()
  @Matches(/^0x[0-9a-fA-F]{64}$/, { message: 'must be a hash of 32 bytes' })
  readonly genesisHash?: string;
  @IsInt() @Min(0) readonly startBlock!: number;
  @IsInt() @Min(1) readonly blockTimeMs!: number;
  @Type(() => FinalityFile) @IsObject() @ValidateNested() readonly finality!: FinalityFile;
  @Type(() => ContractsFile) @IsObject() @ValidateNested() readonly contracts!: ContractsFile;
  @Matches(ADDRESS, ADDRESS_MESSAGE) readonly guardian!: string;
  @Type(() => FarmFile) @IsArray() @ValidateNested() readonly farms!: readonly FarmFile[];
}

/** Shape of `deployment.json`, field by field; `relationProblems` adds what spans several fields. */
export class DeploymentFile {
  @Matches(KEY, KEY_MESSAGE) readonly name!: string;
  @Matches(KEY, KEY_MESSAGE) readonly hub!: string;
  @Type(() => RewardTokenFile)
  @IsObject()
  @ValidateNested()
  readonly rewardToken!: RewardTokenFile;
  @Type(() => EpochFile) @IsObject() @ValidateNested() readonly epoch!: EpochFile;
  @Type(() => PolicyFile) @IsObject() @ValidateNested() readonly policy!: PolicyFile;
  @Type(() => MessagingFile) @IsObject() @ValidateNested() readonly messaging!: MessagingFile;
  @Type(() => ChainFile)
  @IsArray()
  @ArrayMinSize(1)
  @ValidateNested()
  readonly chains!: readonly ChainFile[];
}

export type { ChainFile, ContractsFile, FinalityFile, PolicyFile };
