package dev.querent.pipeline;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** Spring Boot wires the job repository and the job operator from the run's data source. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class PipelineConfiguration {}
