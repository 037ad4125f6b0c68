package ai.laconic.decoder.prompt;

/**
 * One scoring as it was asked for.
 *
 * @param continuation what the assistant says after the prompt
 * @param ends whether the token that ends its turn is scored behind it
 */
public record ScoreCommand(CommandPrompt prompt, String continuation, boolean ends) {}
