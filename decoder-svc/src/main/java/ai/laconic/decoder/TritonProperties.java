package ai.laconic.decoder;

import ai.laconic.decoder.engine.triton.ModelControl;
import ai.laconic.triton.contract.DecoderContract;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the Triton engine is.
 *
 * @param targets gRPC targets, one for each server: several replicas behind one name would be one
 *     endpoint, and only one of them would be asked what it serves
 * @param modelName the model that answers as the engine's contract says
 * @param modelVersion its version; empty takes the server's choice
 * @param modelControl whether this service has the model loaded: {@code none}, {@code load} or
 *     {@code load-unload}
 * @param timeout longest generation, first to last token
 * @param stallLimit how long a server may say nothing between two tokens of a generation, or not be
 *     ready while a generation waits there for its first
 * @param firstTokenLimit how long a server may let a generation wait for its first token while it
 *     produces none for others either
 * @param healthInterval between two questions to one server how its model is
 */
public record TritonProperties(
    @DefaultValue("dns:///localhost:8001") List<String> targets,
    @DefaultValue(DecoderContract.MODEL_NAME) String modelName,
    @DefaultValue("") String modelVersion,
    @DefaultValue("none") ModelControl modelControl,
    @DefaultValue("10m") Duration timeout,
    @DefaultValue("30s") Duration stallLimit,
    @DefaultValue("2m") Duration firstTokenLimit,
    @DefaultValue("1s") Duration healthInterval) {
  public TritonProperties {
    targets = List.copyOf(targets);
  }
}
