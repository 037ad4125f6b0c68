package ai.laconic.decoder.engine;

import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import java.time.Instant;

/**
 * What to decode.
 *
 * @param tenant whose it is: tenants take turns, and what an engine keeps of one serves no other
 * @param latents of the prompt; may still be on their way
 * @param deadline when nobody waits any more; {@link Instant#MAX} for never
 */
public record EngineRequest(
    TenantId tenant, Prompt prompt, PromptLatents latents, DecodeTask task, Instant deadline) {}
