package ai.laconic.decoder;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the Triton engine is.
 *
 * @param target gRPC target of the server
 * @param modelName the model that answers as the engine's contract says
 * @param modelVersion its version; empty takes the server's choice
 * @param timeout longest generation, first to last token
 */
public record TritonProperties(
    @DefaultValue("dns:///localhost:8001") String target,
    @DefaultValue("lclm_decoder") String modelName,
    @DefaultValue("") String modelVersion,
    @DefaultValue("10m") Duration timeout) {}
