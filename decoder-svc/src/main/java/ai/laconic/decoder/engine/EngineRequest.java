package ai.laconic.decoder.engine;

import ai.laconic.servicekit.tenant.TenantId;
import java.time.Instant;

/**
 * What to decode.
 *
 * @param tenant whose it is: tenants take turns
 * @param deadline when nobody waits any more; {@link Instant#MAX} for never
 */
public record EngineRequest(
    TenantId tenant, DecodePrompt prompt, DecodeTask task, Instant deadline) {}
