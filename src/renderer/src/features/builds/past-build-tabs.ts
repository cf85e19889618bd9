/** The tabs of a build out of the history. */
import type { Tab } from '@/components/tabs'
import AttachmentsTab from './past/AttachmentsTab.vue'
import InputsTab from './past/InputsTab.vue'
import LogTab from './past/LogTab.vue'
import SourceTab from './past/SourceTab.vue'
import StepsTab from './past/StepsTab.vue'
import TrendTab from './past/TrendTab.vue'

export const PAST_BUILD_TABS: readonly Tab[] = [
  { id: 'steps', label: 'Steps', component: StepsTab },
  { id: 'log', label: 'Log', component: LogTab },
  { id: 'source', label: 'Source', component: SourceTab },
  { id: 'inputs', label: 'Inputs', component: InputsTab },
  { id: 'trend', label: 'Trend', component: TrendTab },
  { id: 'attachments', label: 'Attachments', component: AttachmentsTab }
]
