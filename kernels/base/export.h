// ASSAY_EXPORT: what a plugin may use of the program that loads it (objectives/plugin.h).
#pragma once

#define ASSAY_EXPORT [[gnu::visibility("default")]]
